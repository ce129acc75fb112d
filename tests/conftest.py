"""What holds for every run of the tests: their order, and what is said at the end."""

pytest_plugins = ["tests.suite.order", "tests.suite.summary"]
