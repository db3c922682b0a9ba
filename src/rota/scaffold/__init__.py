"""Makes the project of a worker: what `rota new` and `rota add` write.

`example_worker` is the template: a project of its own that rota's tests lint, type and run as it
stands. It is copied, with its four names replaced (`names`); there is no template language.
"""
