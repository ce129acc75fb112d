"""What holds for every run of the tests: which are fast, their order, and what is said at the end."""

pytest_plugins = ["tests.suite.fast", "tests.suite.order", "tests.suite.summary"]
