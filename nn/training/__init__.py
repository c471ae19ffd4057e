"""Whole trainings: `fit`, what computes its steps, and `predict`.

fit.py                   fit: a whole training in one call
settings.py              what fit takes beside its data, checked
prepare.py               the task tried on a few rows before any work; rows held out
unmoved.py               a warning of parameters that nothing will move
loop.py                  the course of a training: plan, steps, reports, early stopping, recovery, interrupts
backends_and_predict.py  the backends by name, what "auto" picks, and predict
recorded.py              steps and passes in pure Python
compiled.py              steps and predictions by autograd.compile
rerun_bad_step.py        the step that made the first nan or infinity, run again to say which operation it was
progress.py              the progress bar
session/                 TrainingSession: a training forward and back, phase by phase
"""
