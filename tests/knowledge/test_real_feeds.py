"""The parsers read what CISA and FIRST really publish, in excerpts.

From cisagov/kev-data (catalogue 2025.02.25, CC0; two entries, their long texts shortened, the count
that of the excerpt), cisagov/CSAF (ICSMA-25-037-02; notes and references left out) and the first
lines of EPSS files.
"""

from __future__ import annotations

from datetime import date

import pytest

from riskscan.knowledge import advisories, known_exploited, scores

CATALOGUE = rb"""{
    "title": "CISA Catalog of Known Exploited Vulnerabilities",
    "catalogVersion": "2025.02.25",
    "dateReleased": "2025-02-25T20:33:53.3676Z",
    "count": 2,
    "vulnerabilities": [
        {
            "cveID": "CVE-2025-0111",
            "vendorProject": "Palo Alto Networks",
            "product": "PAN-OS",
            "vulnerabilityName": "Palo Alto Networks PAN-OS File Read Vulnerability",
            "dateAdded": "2025-02-20",
            "shortDescription": "readable by the \u201cnobody\u201d user.",
            "requiredAction": "Apply mitigations per vendor instructions.",
            "dueDate": "2025-03-13",
            "knownRansomwareCampaignUse": "Unknown",
            "notes": "https:\/\/security.paloaltonetworks.com\/CVE-2025-0111",
            "cwes": [
                "CWE-73"
            ]
        },
        {
            "cveID": "CVE-2024-57727",
            "vendorProject": "SimpleHelp ",
            "product": "SimpleHelp",
            "vulnerabilityName": "SimpleHelp Path Traversal Vulnerability",
            "dateAdded": "2025-02-13",
            "shortDescription": "SimpleHelp remote support software contains multiple flaws.",
            "requiredAction": "Apply mitigations per vendor instructions.",
            "dueDate": "2025-03-06",
            "knownRansomwareCampaignUse": "Unknown",
            "notes": "https:\/\/simple-help.com\/kb---security-vulnerabilities-01-2025",
            "cwes": [
                "CWE-22"
            ]
        }
    ]
}
"""

ADVISORY = b"""{
  "document": {
    "category": "csaf_security_advisory",
    "csaf_version": "2.0",
    "distribution": {"text": "Disclosure is not limited", "tlp": {"label": "WHITE"}},
    "lang": "en-US",
    "publisher": {"category": "coordinator", "name": "CISA", "namespace": "https://www.cisa.gov/"},
    "title": "Orthanc Server",
    "tracking": {
      "current_release_date": "2025-02-06T07:00:00.000000Z",
      "generator": {"engine": {"name": "CISA CSAF Generator", "version": "1.0.0"}},
      "id": "ICSMA-25-037-02",
      "initial_release_date": "2025-02-06T07:00:00.000000Z",
      "status": "final",
      "version": "1"
    }
  },
  "product_tree": {
    "branches": [
      {
        "branches": [
          {
            "branches": [
              {
                "category": "product_version_range",
                "name": "<1.5.8",
                "product": {
                  "name": "Orthanc Orthanc server: <1.5.8",
                  "product_id": "CSAFPID-0001"
                }
              }
            ],
            "category": "product_name",
            "name": "Orthanc server"
          }
        ],
        "category": "vendor",
        "name": "Orthanc"
      }
    ]
  },
  "vulnerabilities": [
    {
      "cve": "CVE-2025-0896",
      "cwe": {"id": "CWE-306", "name": "Missing Authentication for Critical Function"},
      "product_status": {"known_affected": ["CSAFPID-0001"]},
      "scores": [
        {
          "cvss_v3": {
            "baseScore": 9.8,
            "baseSeverity": "CRITICAL",
            "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
            "version": "3.1"
          },
          "products": ["CSAFPID-0001"]
        }
      ]
    }
  ]
}"""


def test_the_catalogue_of_cisa_is_read_and_its_stray_blanks_are_not_kept() -> None:
    read = known_exploited.parse(CATALOGUE)

    assert read.as_of == date(2025, 2, 25)
    assert [(f.cve, f.vendor, f.added) for f in read.flaws] == [
        ("CVE-2025-0111", "Palo Alto Networks", date(2025, 2, 20)),
        ("CVE-2024-57727", "SimpleHelp", date(2025, 2, 13)),
    ]
    assert not any(f.ransomware for f in read.flaws)


def test_a_medical_advisory_of_cisa_says_what_is_shipped_of_it() -> None:
    read = advisories.parse(ADVISORY)
    [ours] = [a for a in advisories.shipped().advisories if a.id == read.id]

    assert read.model_copy(update={"title": ours.title}) == ours


@pytest.mark.parametrize("told", ["2026-05-18T00:00:00+0000", "2025-09-06T12:55:00Z", "2026-08-18"])
def test_the_first_line_of_epss_is_read_in_each_way_that_it_was_written(told: str) -> None:
    text = f"#model_version:v2025.03.14,score_date:{told}\ncve,epss,percentile\n"
    read = scores.parse(
        f"{text}CVE-2025-0896,0.0046,0.7385\n".encode(), frozenset({"CVE-2025-0896"})
    )

    assert str(read.as_of) == told[:10]
    assert read.scores[0].percentile == 0.7385
