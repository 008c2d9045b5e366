"""Open data: datasets with described columns, figures, publications, and their verifier."""
