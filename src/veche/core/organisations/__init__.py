"""Which office: departments and companies, roles held, who answers for what where."""
