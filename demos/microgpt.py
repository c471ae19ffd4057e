"""A GPT that makes up names: reading, learning and writing in one page of scalars.  (After Karpathy's microgpt, 2026.)

It reads a name letter by letter, and at each gives every letter its chance of being the next.  A step makes one name
likelier.  Every number is a Value, and every sum is written out; `compile_training` finds the matrices.

    python -m demos.microgpt            # a thousand names read, twenty written
"""

from __future__ import annotations

import argparse
import random
import time

import nn
from autograd import Value, detach, exp, log, relu, take
from autograd.compile import compile_training

TABLE = """
aaliyah aaron abigail ada adam adele adrian agatha agnes ahmed aiden aisha alan albert alejandro alex alexa alexander
alfred ali alice alicia alma amanda amber amelia amina amir amy ana andre andrea andrew angela angus anika anita ann
anna anthony anton april aria ariel arthur asher ashley astrid audrey aurora austin ava axel barbara beatrice bella ben
benjamin bernard bianca bjorn bob bonnie boris brandon brenda brian bridget bruno bryan caleb camila carl carla carlos
carmen caroline cassandra catherine cecilia cedric celine charles charlotte chloe chris christian christine clara claire
claudia clement colin connor cora cynthia cyrus daisy damian dana daniel daphne david deborah delia dennis derek diana
diego dmitri dominic donna dora doris dorothy douglas dylan edgar edith eduardo edward edwin eileen elaine eleanor elena
eli elias elijah elisa elizabeth ella ellen elliot eloise elsa emil emily emma eric erica erik ernest esme esther ethan
eugene eva evan evelyn ezra faith fatima felicity felix fernando finn fiona flora florence frances francis frank freda
frederick freya gabriel gareth gavin gemma geoffrey george georgia gerald gilbert giovanni gita gloria grace graham
greta gustav hamza hannah harold harriet harry hassan hazel heather hector helen helga henry herbert hilda holly hope
hugo ian ibrahim ida igor ilse imogen ines ingrid irene iris irma isaac isabel isabella isla ivan ivy jack jacob jade
james jamal jane janet jasmine jason javier jean jennifer jeremy jesse jessica jill joan joanna joel john jonah jonathan
jorge joseph joshua joy juan judith julia julian juliet june kai karen karim karl kate katherine kayla keith kelly kenji
kenneth kevin kim kira klaus kofi kurt kyle lara larry laura lauren lea leah leila lena leo leonard leonora leslie levi
liam lila lily linda lisa logan lola lorenzo louis louise lucas lucia lucy luis luka luna lydia mabel maggie maia malik
marcel marco margaret maria marie marina mario marion marjorie mark marta martha martin mary mason mateo matilda matthew
maud maurice max maya megan melanie melissa mia michael miguel mila miles millie milo mina miriam mohammed moira molly
monica morgan moses muriel nadia nancy naomi natalie natasha nathan neil nell niamh nicholas nicole nigel nina noah noel
nora norman olga olive oliver olivia omar oscar otto owen pablo pamela patricia patrick paul paula pedro penelope percy
peter petra philip phoebe pierre polly priya quentin quinn rachel rafael ralph ramona raoul rebecca reza richard rita
robert robin roger roland rosa rose roxanne roy ruby rufus ruth ryan sabrina sadie salma sam samantha samuel sandra sara
sasha scarlett sean sebastian selma serena sergio seth shirley sienna silas simon sofia solomon sonia sophie stanley
stella stephen steven stuart susan sven sylvia tamara tanya tara teresa tessa theo theodore theresa thomas tilda timothy
tina tobias tomas tony tristan ulrich una ursula valentina valerie vanessa vera veronica victor victoria vincent viola
violet virginia vivian vladimir walter wanda warren wayne wendy wilfred william willow winifred xander xavier ximena
yasmin yolanda yusuf yvonne zachary zainab zara zelda zoe
"""
NAMES = TABLE.split()
LETTERS = sorted(set("".join(NAMES)))
END = len(LETTERS)  # stands before and after each name
WIDTH, HEADS, LENGTH = 16, 4, 16
SIZE = WIDTH // HEADS


def network(draw):
    """Return the matrices, as rows of Values."""

    def matrix(rows, columns):
        return [[Value(draw.gauss(0.0, 0.08)) for _ in range(columns)] for _ in range(rows)]

    return {
        "letters": matrix(END + 1, WIDTH),
        "places": matrix(LENGTH, WIDTH),
        **{name: matrix(WIDTH, WIDTH) for name in ("query", "key", "value", "output")},
        "wide": matrix(4 * WIDTH, WIDTH),
        "narrow": matrix(WIDTH, 4 * WIDTH),
        "head": matrix(END + 1, WIDTH),
    }


def linear(rows, x):
    """Return the product of a matrix and x."""
    return [sum(w * a for w, a in zip(row, x, strict=True)) for row in rows]


def softmax(x):
    """Return the chances in proportion to eˣ."""
    largest = detach(max(x))  # all are shifted by it, so that nothing overflows, and the chances stay
    powers = [exp(a - largest) for a in x]
    whole = sum(powers)
    return [a / whole for a in powers]


def normalized(x):
    """Return x scaled to a root mean square of 1."""
    scale = (sum(a * a for a in x) / len(x) + 1e-5) ** -0.5
    return [a * scale for a in x]


def add(x, y):
    """Return x + y, place by place."""
    return [a + b for a, b in zip(x, y, strict=True)]


def next_chances(matrices, letter, keys, values):
    """Return the chances of each letter after this one; keys and values are those of the letters before, and grow."""
    x = normalized(add(take(matrices["letters"], letter), take(matrices["places"], len(keys))))
    here = normalized(x)
    query = linear(matrices["query"], here)
    keys.append(linear(matrices["key"], here))
    values.append(linear(matrices["value"], here))
    gathered = []
    for start in range(0, WIDTH, SIZE):  # each head looks for other things in what was read
        head = range(start, start + SIZE)
        weights = softmax([sum(query[i] * key[i] for i in head) / SIZE**0.5 for key in keys])
        gathered += [sum(w * value[i] for w, value in zip(weights, values, strict=True)) for i in head]
    x = add(x, linear(matrices["output"], gathered))
    x = add(x, linear(matrices["narrow"], [relu(z) for z in linear(matrices["wide"], normalized(x))]))
    return softmax(linear(matrices["head"], x))


def surprise(matrices, letters):
    """Return the mean of −log(chance) over the letters of a name, from its first to the end."""
    keys, values, losses = [], [], []
    for k in range(len(letters) - 1):
        chances = next_chances(matrices, letters[k], keys, values)
        losses.append(-log(take(chances, letters[k + 1])))
    return sum(losses) / len(losses)


def written(matrices, draw, temperature=0.5):
    """Return a name that was drawn letter by letter; of plain numbers, the same code computes numbers."""
    keys, values, letter, name = [], [], END, ""
    while len(name) < LENGTH:
        chances = next_chances(matrices, letter, keys, values)
        letter = draw.choices(range(END + 1), [chance ** (1.0 / temperature) for chance in chances])[0]
        if letter == END:
            break
        name += LETTERS[letter]
    return name


def main(steps: int = 1000, backend: str = "auto", names: list[str] = NAMES, seed: int = 42) -> list[str]:
    """Read so many names, and return twenty new ones."""
    draw = random.Random(seed)
    names = draw.sample(names, len(names))
    matrices = network(draw)
    parameters = [p for matrix in matrices.values() for row in matrix for p in row]
    optimizer = nn.Adam(parameters, learning_rate=0.01, beta1=0.85, beta2=0.99)
    train = compile_training(lambda letters: surprise(matrices, letters), parameters, optimizer, backend)
    print(f"{len(parameters):,} parameters, {len(names)} names: {', '.join(names[:5])}, …")
    start, losses = time.perf_counter(), []
    for step in range(steps):
        letters = [END, *map(LETTERS.index, names[step % len(names)]), END][: LENGTH + 1]
        losses += train(letters, rate=0.01 * (1.0 - step / steps)).tolist()
        if (step + 1) % 100 == 0 or step + 1 == steps:
            lately = losses[-100:]
            print(f"name {step + 1:5}  loss {sum(lately) / len(lately):.4f}  {time.perf_counter() - start:.2f} s")
    train.write_back()
    numbers = {name: [[p.data for p in row] for row in matrix] for name, matrix in matrices.items()}
    found = [written(numbers, draw) for _ in range(20)]
    print(", ".join(found))
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A GPT that makes up names.")
    parser.add_argument("--steps", type=int, default=1000, help="how many names it reads")
    parser.add_argument("--backend", default="auto", choices=["auto", "numpy", "native", "jax"])
    given = parser.parse_args()
    main(given.steps, given.backend)
