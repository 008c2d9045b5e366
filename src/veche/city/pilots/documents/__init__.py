"""Documents that the programme makes: a template, and what is put into it."""
