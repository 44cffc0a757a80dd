"""A chapter as a notebook, with everything that the workbook adds to its source."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from orderlab.workbook.glossary import glossary_text, with_links
from orderlab.workbook.navigation import with_navigation
from orderlab.workbook.source import read


def notebook_of(path: Path) -> Any:
    """The notebook of a source, with navigation and with links from its terms to the glossary.

    Raises:
        SourceError: if the source cannot become a notebook.
    """
    notebook = read(path)
    for cell in notebook.cells:
        if "glossary" in cell.metadata.get("tags", []):
            cell.source = glossary_text()
            return notebook
    return with_navigation(with_links(notebook), path)
