"""Chapter 12, eight questions.

text    what is read
stills  its figures at first sight, made by `python -m demos.pictures --only-stills`
layers  Q5 and Q6, about what stands between layers
"""
