"""What every page is made of.

dom.js      elements made and changed
numbers.js  what the page was given, and numbers as they are shown
tokens.css  type, room, controls, cards, boxes of numbers
contour.js  where a grid of numbers passes 0
network.js  the network drawing that cannot collide
player.js   buttons, keys and a clock for all that has a beginning and an end
"""
