"""Reading a strategy that was written as a table: the rows, before anything is written."""
