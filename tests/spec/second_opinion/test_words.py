"""Findings that only a text names, in usual abbreviations and in Chinese (decisions 34, 52; docs/decisions/0008)."""
# ruff: noqa: E501, E731 (a case is one row of a table: broken over lines, what differs is hard to see)

from __future__ import annotations

import pytest

from .shapes import KID, Case, Table, cond, obs, proc, q, rr

case = Table()

casts = lambda **k: obs("5807-3", **k)
prot = obs("2889-4", qty=q(1.2, "g/(24.h)", "g/(24.h)"))
c3 = obs("4485-9", qty=q(60, "mg/dL", "mg/dL"), refs=[rr(90, 180, "mg/dL")])
for nm, k in (("Present", {"s": "Present"}), ("1+", {"s": "1+"}), ("POS interp", {"interp": "POS"}), ("qty 2", {"qty": q(2, "/[LPF]", "/[LPF]")}), ("qty >0", {"qty": q(0, "/[LPF]", "/[LPF]", ">")})):
    case("casts " + nm, [casts(**k), prot, c3], {"P.I6": "pass computed"})
# words: each realistic text should at least be judged
W = [
    ("M.E3", ["CVA", "History of stroke", "Lacunar infarct", "中风", "脑卒中后遗症", "颅内出血", "脑栓塞", "Grand mal seizure", "癫痫", "Brain hemorrhage", "concussion", "Acute confusional state", "hallucinations"]),
    ("M.E4", ["Rheumatoid arthritis", "类风湿关节炎", "Hashimoto's thyroiditis", "1型糖尿病", "Type I diabetes mellitus", "T1DM", "Graves' disease", "Psoriatic arthritis", "白癜风", "原发性胆汁性胆管炎", "Ankylosing spondylitis", "IgG4-related disease", "Sjögren's syndrome", "干燥综合征"]),
    ("P.E3", ["Breast cancer s/p lumpectomy", "甲状腺乳头状癌", "Hodgkin disease", "Glioblastoma", "Neuroblastoma", "Brain metastases", "恶性肿瘤术后", "多发性骨髓瘤", "Myelodysplastic syndrome", "Lung neoplasm"]),
    ("M.E5", ["Kidney transplant recipient", "s/p renal allograft", "肾移植术后", "Liver Tx - transplant"]),
    ("P.E7", ["Pulmonary TB", "Active tuberculosis", "肺结核", "Bacteremia", "Pyelonephritis", "丹毒", "Infected wound"]),
    ("W.I3", ["Shingles", "带状疱疹", "Oral candidiasis", "Aspergillosis", "Pneumocystis pneumonia", "真菌感染", "UTI", "URI", "Influenza A", "流感", "Acute appendicitis", "Infectious mononucleosis"]),
    ("P.E8", ["NSTEMI", "STEMI", "心梗", "Congestive heart failure", "CHF", "AFib", "病态窦房结综合征", "Bradycardia", "室上速", "心功能不全", "Atrial flutter", "Unstable angina", "频发室早"]),
    ("P.E9", ["DVT", "Deep vein thrombosis", "下肢深静脉血栓", "Pulmonary thromboembolism", "肺栓塞", "VTE"]),
    ("P.E11", ["CKD stage 4", "CKD 5", "ESRD", "End-stage renal disease", "尿毒症", "慢性肾衰竭", "CKD4期", "慢性肾功能衰竭(尿毒症期)"]),
    ("P.E2", ["Alcohol use disorder", "Alcohol abuse", "酒精滥用", "IV drug use", "Opioid use disorder", "Methamphetamine abuse", "吸毒史"]),
    ("P.E1", ["AKI", "Acute renal failure", "急性肾功能衰竭", "Catastrophic APS"]),
    ("P.E6", ["HIV infection", "AIDS (acquired immunodeficiency syndrome)", "Chronic HBV", "慢性乙型肝炎", "乙肝病毒携带者", "HCV infection", "COVID-19", "新冠肺炎", "selective IgA deficiency"]),
    ("M.E2", ["AIHA", "ITP", "TTP", "Thrombotic microangiopathy", "Lupus cerebritis", "狼疮脑病", "粒细胞缺乏症", "Diffuse alveolar haemorrhage", "Lupus myocarditis", "Vasculitis"]),
    ("M.E1c", ["On hemodialysis", "CRRT", "血液透析"]),
]
for crit, texts in W:
    for t in texts:
        case(f"word: {t}", [cond(text=t, rec="2026-10-20", clin="active")], {crit: "unknown judgement"})
K = [
    ("K.E4", ["先心病", "房间隔缺损", "Ventricular septal defect", "Ventricular tachycardia"]),
    ("K.E5a", ["ILD", "Interstitial pneumonitis", "间质性肺病", "支气管扩张", "Emphysema"]),
    ("K.E10a", ["HLH", "Macrophage activation syndrome", "噬血细胞综合征"]),
    ("K.E8b", ["Acute GVHD", "移植物抗宿主病"]),
    ("K.E1", ["CAR-T therapy"]),
]
for crit, texts in K:
    for t in texts:
        case(f"word: {t}", [cond(text=t, rec="2026-11-15")], {crit: "unknown"}, pat=KID)
P = [
    ("P.E4", ["Laparoscopic cholecystectomy", "Appendectomy", "阑尾切除术", "剖宫产", "Cesarean section", "Spinal fusion L4-L5", "Lumbar laminectomy", "CABG", "Coronary artery bypass", "Mitral valve repair", "开颅手术", "Hernia repair", "Hysterectomy", "脾切除", "ORIF femur"]),
    ("K.E1", ["CAR-T infusion"]),
    ("M.E1c", ["Hemodialysis session", "CRRT"]),
    ("M.E5", ["Kidney transplantation", "骨髓移植"]),
]
for crit, texts in P:
    for t in texts:
        case(f"procedure word: {t}", [proc(text=t, when="2026-11-01")], {crit: "unknown judgement"})
# texts that must not trip
for crit, want, texts in (
    ("P.E7", "pass not-recorded", ["Latent TB", "LTBI", "Latent tuberculosis infection", "Latent TB infection", "潜伏性结核感染"]),
    ("P.I7a", "unknown no-data", ["避孕指导", "不孕症", "Contraception counselling", "Infertility"]),
    ("M.E3", "pass not-recorded", ["Migraine", "偏头痛", "Diabetic neuropathy"]),
    ("P.E3", "pass not-recorded", ["Fatty liver", "Endometriosis"]),
    ("W.I3", "pass not-recorded", ["Hypertension", "Influenza vaccination", "流感疫苗接种", "TB screening", "Vaccination up to date"]),
):
    for t in texts:
        case(f"must not trip: {t}", [cond(text=t, rec="2026-10-20")], {crit: want})


@pytest.mark.parametrize("one", case, ids=str)
def test_a_finding_in_words_is_for_a_clinician_to_judge(one: Case) -> None:
    assert one.problems() == []
