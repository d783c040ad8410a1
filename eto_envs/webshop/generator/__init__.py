"""Made-up WebShop catalogues in the original's file format, the same for the same seed."""

from __future__ import annotations

from eto_envs.webshop.generator.catalogue import FILE_NAMES, MINI_PRODUCTS, MINI_SEED, write_catalogue, write_files
from eto_envs.webshop.generator.products import GeneratedProduct, generate_products

__all__ = [
    "FILE_NAMES",
    "MINI_PRODUCTS",
    "MINI_SEED",
    "GeneratedProduct",
    "generate_products",
    "write_catalogue",
    "write_files",
]
