"""The engine of the opinion map: numpy and the standard library, no Django, usable as a library.

    from veche.city.ideas.opinion.reading import read
    from veche.city.ideas.opinion.chart import draw

    chart = draw(read(Path("export")))

This file imports nothing: a web process that only shows a map never loads numpy.
"""
