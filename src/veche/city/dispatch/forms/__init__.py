"""What people type, checked and never saved here."""
