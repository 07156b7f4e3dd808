"""The questions of the exercises, one module a chapter, and their known mistakes.

They are public: a graded run draws numbers that nobody has seen, so reading a
question helps to understand it, not to fake its answer.
"""
