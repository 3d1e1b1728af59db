"""Bounded walkers of media containers: where the parts of a file lie, never what they mean.

Every walker is a pure parser over a seekable binary file. Lengths, depths and counts read from a file are
bounded; a file that lies raises UnreadableMedia whose message is ``code: sentence``.
"""
