"""What people see: pages, REST, the live socket."""
