"""The one store of rules, people, routes and windows: seeded by the file, changed by the API, in force at once."""
