"""The page at `/`, on which a person sees what the portal holds and what was called.

    views.py     what answers a browser: the page, the rows of a table, the style and the script
    tree.py      the objects
    calls.py     the latest calls
    rows.py      the rows of a table
    markup.py    elements, and how they become text
    page.css     how it looks
    page.js      keeps it up to date, by asking for the page again and taking over what differs

Keys of settings are shown, values never.
"""
