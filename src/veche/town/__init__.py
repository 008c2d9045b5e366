"""The invented town of the demo: pure data, the same every time, no database.

Zarechye (Заречье, 河湾) stands on the River Vishnya. No place, company or person in it is real.
The data are given to the public domain (CC0).
"""
