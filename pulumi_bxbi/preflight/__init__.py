"""Whether a plan of Pulumi's will go through, judged before anything changes.

One way through: ``plan`` reads what Pulumi says it will do, ``inventory`` asks the portal what that
touches, ``outside`` asks the outside systems about the tables, ``judging`` compares all of this,
``report`` tells the result, ``graph`` draws it, and ``terminal`` and ``markdown`` write it down.
"""
