"""What is said: a recorded step in words, numbers and formulas.

Names and numbers as every drawing writes them, the moves of a step told one by one, the reason of
each message, the questions that a learner answers, and the text alternative of a picture. Here it is
text and plain data; the markup of a picture, a page or a document comes later.
"""
