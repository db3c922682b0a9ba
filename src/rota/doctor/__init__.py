"""What `rota doctor` looks at: whether all that rota needs is there, and in good order.

Each module is one examination. It changes nothing, and says what to do about what it finds.
"""
