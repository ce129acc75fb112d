# Sourced by check and test: lint, types and import contracts, of the screens too; how many workers share the tests.

checks() {
    .venv/bin/ruff check . &&
        .venv/bin/ruff format --check . &&
        .venv/bin/lint-imports &&
        .venv/bin/mypy &&
        scripts/screens
}

# Options for pytest: so many workers a core, a file stays with one of them. IOC_TEST_WORKERS=N has the last word.
in_parallel() { # WORKERS_A_CORE
    workers=${IOC_TEST_WORKERS:-$(($(nproc) * $1))}
    echo "-n $workers --dist loadfile --no-loadscope-reorder"
}
