"""What makes the modules one running program: settings, addresses, processes, command line."""
