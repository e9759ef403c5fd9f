"""The numbers in tests/it/dataset.rs: pandas on a PTB-XL table.

Usage: python dataset_truth.py FOLDER_OF_PTBXL
"""
import ast
import pathlib
import sys

import pandas as pd

RHYTHM = "1AVB IVCD 3AVB 2AVB SR AFIB STACH SARRH SBRAD PACE SVARR BIGU AFLT SVTAC PSVT TRIGU"

table = pd.read_csv(pathlib.Path(sys.argv[1]) / "ptbxl_database.csv")
codes = table.scp_codes.map(ast.literal_eval)
print("rows by fold", table.groupby("strat_fold").size().tolist())
for code in RHYTHM.split():
    has = codes.map(lambda row: code in row)
    print(code, has.groupby(table.strat_fold).sum().tolist())
print("statements that occur", len(set().union(*codes)))
print("pairs", codes.map(len).sum(), "likelihoods", codes.map(lambda row: sum(row.values())).sum())
print("patients", table.patient_id.nunique(), "sex", table.sex.value_counts().to_dict())
print("ages above 89", (table.age > 89).sum(), "all 300:", (table.age[table.age > 89] == 300).all())
print("no age", table.age.isna().sum(), "sum of the others", table.age[table.age <= 89].sum())
