"""The rules of Plaint: what a complaint is, what a firm owes, how a figure is counted.

Nothing here touches the network, the disk, the screen or the clock; whoever calls passes `now` and fresh ids.
"""
