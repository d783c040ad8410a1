"""One file = one method, read from top to bottom; it ends with the method's `Method`.

`catalogue.py` lists them. A method may also live outside the package: `--methods MODULE:NAME` finds it.
"""

from eto_agent.methods.method import Figures, Method, Product, iterated

__all__ = ["Figures", "Method", "Product", "iterated"]
