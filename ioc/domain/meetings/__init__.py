"""The meeting desk: meetings by form, file or copy of last week, the groups of their sites, and who was in them."""
