"""The contract told to outsiders, derived from what the kinds declare: AsyncAPI, and a sheet for vendors."""
