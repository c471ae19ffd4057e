"""What tests share: programs, random programs, the browser, exact numbers."""
