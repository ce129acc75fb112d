"""What holds for every run of the tests: which are fast, their order, that nothing runs on, what is said last."""

pytest_plugins = ["tests.suite.fast", "tests.suite.leftover", "tests.suite.order", "tests.suite.summary"]
