"""The page at `/`, which shows a person the portal's objects and the latest calls.

    views.py     the answers to a browser: the page, what endpoints say, the style and the script
    tree.py      the objects
    calls.py     the latest calls
    rows.py      the rows of a table
    offer.py     the tables that the endpoints of a source offer
    markup.py    elements, and their HTML
    page.css     the style
    page.js      keeps the page up to date, by loading it again and replacing the parts that differ

Keys of settings are shown, values never.
"""
