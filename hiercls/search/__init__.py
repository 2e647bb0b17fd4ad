"""From the root to a leaf: which questions are asked, and what their answers add up to.

A search rule is a generator, one for each image: it yields the nodes whose questions it wants
answered, is sent their log-probabilities, and returns a `Route`. `run` drives many side by side.
Needs a `scoring.Scorer` and a plan, no model: `scoring.TableScorer` will do.
"""

from hiercls.search.beam import beam
from hiercls.search.best_first import best_first
from hiercls.search.bounds import Bounds
from hiercls.search.driver import Crowd, Rule, Search, run
from hiercls.search.exhaustive import exhaustive
from hiercls.search.exploration import Exploration
from hiercls.search.greedy import greedy
from hiercls.search.route import Answer, Route, path_to
from hiercls.search.rules import rule_of

__all__ = [
    "Answer",
    "Bounds",
    "Crowd",
    "Exploration",
    "Route",
    "Rule",
    "Search",
    "beam",
    "best_first",
    "exhaustive",
    "greedy",
    "path_to",
    "rule_of",
    "run",
]
