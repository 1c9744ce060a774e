"""A problem list in words: what English and Chinese hospitals write without a code (decisions 34, 52)."""
# ruff: noqa: E501 (a case is one row of a table: broken over lines, what differs is hard to see)

from __future__ import annotations

import pytest

from .shapes import Case, Table, cond

case = Table()

# English and Chinese phrases a hospital writes without a code -> never a silent pass
W = [
    (
        "M.E3",
        [
            "Status post ischemic stroke 2019",
            "Hx of seizure disorder",
            "Epileptic seizures",
            "脑梗死",
            "症状性癫痫",
            "Intracerebral haemorrhage",
            "Cerebral aneurysm clipping",
            "Alzheimer disease",
            "血管性痴呆",
            "帕金森病",
            "小脑共济失调",
            "Traumatic brain injury",
            "Schizophrenia",
            "精神分裂症",
            "失语",
        ],
    ),
    (
        "M.E4",
        [
            "Systemic scleroderma",
            "Primary biliary cholangitis",
            "多发性肌炎",
            "皮肌炎",
            "强直性脊柱炎",
            "银屑病",
            "Crohn's disease",
            "Multiple sclerosis",
            "Myasthenia gravis",
            "Behcet's disease",
            "白塞病",
            "Antiphospholipid syndrome",
            "抗磷脂综合征",
            "Autoimmune hepatitis",
            "桥本氏甲状腺炎",
            "Mixed connective tissue disease",
            "混合性结缔组织病",
            "Celiac disease",
            "Vitiligo",
            "Pernicious anemia",
        ],
    ),
    (
        "M.E2",
        [
            "Neuropsychiatric lupus",
            "神经精神狼疮",
            "Lupus nephritis with TMA",
            "Agranulocytosis",
            "Myocarditis",
            "病毒性心肌炎",
            "Lupus pneumonitis",
            "狼疮性肺炎",
            "Pulmonary hemorrhage",
            "弥漫性肺泡出血",
            "Autoimmune hemolytic anemia",
            "自身免疫性溶血性贫血",
            "Evans syndrome",
            "Immune thrombocytopenia",
            "免疫性血小板减少症",
            "Cutaneous vasculitis",
            "血管炎",
        ],
    ),
    ("P.E3", ["Cervical cancer", "宫颈癌", "Papillary thyroid carcinoma", "Melanoma in situ", "Acute lymphoblastic leukemia", "Renal cell carcinoma", "胃间质瘤", "Metastatic adenocarcinoma", "乳腺恶性肿瘤", "肺腺癌", "Lymphoma"]),
    ("P.E6", ["HIV positive", "艾滋病", "HBsAg carrier", "慢性乙肝", "丙肝", "Hepatitis C antibody positive", "HTLV-1 carrier", "COVID infection", "新型冠状病毒感染", "Selective IgA deficiency"]),
    ("P.E7", ["Tuberculous pleurisy", "结核性胸膜炎", "Sepsis", "败血症", "Bacterial pneumonia", "细菌性肺炎", "Cellulitis of leg", "Osteomyelitis", "化脓性关节炎", "Abscess", "Infective endocarditis"]),
    ("P.E8", ["Acute coronary syndrome", "急性心肌梗死", "冠脉支架植入术后", "PCI 2026-09", "Ventricular fibrillation", "室性心动过速", "心律失常", "Cardiomyopathy", "扩张型心肌病", "心力衰竭", "Complete heart block"]),
    ("P.E9", ["Pulmonary embolus", "Deep vein thrombophlebitis", "深静脉血栓形成", "DVT left leg"]),
    ("P.E2", ["Alcoholism", "酒精依赖", "Cocaine dependence", "Heroin addiction", "Drug addict"]),
    ("P.E5", ["MCTD", "重叠综合征", "类风湿性关节炎", "Rheumatoid arthritis", "Dermatomyositis"]),
    ("W.I3", ["Herpes zoster", "Pneumonia", "社区获得性肺炎", "上呼吸道感染", "急性支气管炎", "Urinary tract infection", "泌尿系感染", "COVID-19", "Cellulitis", "Candidemia", "败血症", "急性胃肠炎", "Sinusitis"]),
]
for crit, texts in W:
    for t in texts:
        case(f"{crit} {t}", [cond(text=t, rec="2026-11-15")], {crit: "unknown judgement"})


@pytest.mark.parametrize("one", case, ids=str)
def test_a_problem_in_words_is_never_passed_in_silence(one: Case) -> None:
    assert one.problems() == []
