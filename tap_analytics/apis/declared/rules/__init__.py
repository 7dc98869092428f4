"""What is wrong with a resource that its types cannot say; a module for each part of it.

In: a declaration, with what holds for all of them. Out: a sentence for each fault, which begins with its place.
Called by `checking`, which puts the resource's own place before each.
"""
