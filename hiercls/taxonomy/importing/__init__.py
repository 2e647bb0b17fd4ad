"""Taxonomies in the forms that others write them in, each read by a small module."""

from hiercls.taxonomy.importing.importer import Imported, import_taxonomy
from hiercls.taxonomy.importing.settings import FORMS, ImportSettings

__all__ = ["FORMS", "ImportSettings", "Imported", "import_taxonomy"]
