"""Make every picture of the README again, beside this file, and the stills of the book.

`--only-svg` makes the pictures that need no browser, `--only-stills` the stills alone.
"""

import sys
from pathlib import Path

from demos.pictures import PICTURES, pages, stills

HERE = Path(__file__).parent

only = sys.argv[1:]
for name, picture in PICTURES.items() if "--only-stills" not in only else ():
    print(f"wrote {picture().save(HERE / name)}")
if "--only-svg" not in only:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as session:
        browser = session.chromium.launch(executable_path=pages.CHROMIUM, args=["--no-sandbox"])
        for name in pages.PHOTOGRAPHS if "--only-stills" not in only else ():
            pages.save(name, HERE / name, browser)
            print(f"wrote {HERE / name}")
        for place in stills.save(browser):
            print(f"wrote {place}")
        browser.close()
