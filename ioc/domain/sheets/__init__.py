"""Spreadsheets and CSV files of rows that become records: cells, links, what was refused."""
