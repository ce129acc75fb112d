"""Reports on paper: pages that print by themselves and workbooks, in Vietnamese as the forms are."""
