"""The face of the product: pages, REST, the live socket."""
