"""`python -m example_worker.main` does what `rota scheduler` does."""

from rota.__main__ import main

if __name__ == "__main__":
    main(["scheduler"])
