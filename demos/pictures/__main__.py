"""Make every picture of the README again, beside this file; with `--only-svg` those that need no browser."""

import sys
from pathlib import Path

from demos.pictures import PICTURES, pages

HERE = Path(__file__).parent

for name, picture in PICTURES.items():
    print(f"wrote {picture().save(HERE / name)}")
if "--only-svg" not in sys.argv:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as session:
        browser = session.chromium.launch(executable_path=pages.CHROMIUM, args=["--no-sandbox"])
        for name in pages.PHOTOGRAPHS:
            pages.save(name, HERE / name, browser)
            print(f"wrote {HERE / name}")
        browser.close()
