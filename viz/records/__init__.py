"""What is drawn: records, before anything is said of them or has a place.

Which recording and which of its steps was meant; its graph made coarser for the zoom levels, the
chain rule still exact; how an optimizer moved a parameter, and where it would have gone with a bug in
the backward pass. Plain data in, plain data out: nothing here knows a colour or a length.
"""
