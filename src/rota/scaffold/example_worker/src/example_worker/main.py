"""`python -m example_worker.main` does what `rota scheduler` does."""

import asyncio

from rota.worker import main

if __name__ == "__main__":
    asyncio.run(main())
