"""Chapter 12, eight questions.

text    what is read
stills  its figures at first sight, made by `python -m demos.pictures --only-stills`
steps   Q1 and Q3, about a step downhill
layers  Q4 to Q7, about what layers do, and what stands between them
"""
