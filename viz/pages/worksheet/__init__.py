"""A worksheet that marks itself; on paper, and its answers; what it holds comes from viz/worksheet/.

worksheet.html  what is seen
worksheet.css   how it looks, on a screen and on paper
worksheet.js    the lines, and what is said of a number that was typed
order.js        the order of the backward pass, by pressing nodes
"""
