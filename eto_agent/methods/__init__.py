"""One file = one method, read from top to bottom; it ends with the method's `Method`.

SFT, which all but one start from, is `stages/imitation.py`. `catalogue.py` lists the methods, `order.py` says how
policies and stages are sorted. A method may also live outside the package: `--methods MODULE:NAME` finds it.
"""

from eto_agent.methods.method import Figures, Method, Product, iterated

__all__ = ["Figures", "Method", "Product", "iterated"]
