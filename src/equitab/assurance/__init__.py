"""Promises written down before, checked on measurements, kept as evidence, signed."""

from equitab.assurance.canonical import canonical_json, read_canonical_json
from equitab.assurance.certificate import (
    DEFAULT_VALID_DAYS,
    Certificate,
    certificate_digest,
    issue_certificate,
    read_certificate,
    validity,
)
from equitab.assurance.certificate_life import TRANSITIONS, CertificateLife, event_of_verdict, transition
from equitab.assurance.checking import check_contract
from equitab.assurance.clause import APPLIES_WHEN, Clause
from equitab.assurance.contract import Contract
from equitab.assurance.contract_text import contract_from_templates, contract_to_yaml, read_contract
from equitab.assurance.digests import (
    code_digest,
    digest_bytes,
    digest_file,
    digest_folder,
    digest_frame,
    digest_path,
    file_digests,
    is_digest,
)
from equitab.assurance.evidence import (
    Evidence,
    EvidenceSource,
    certificate_evidence,
    commitment_evidence,
    measurement_evidence,
    parse_time,
    run_evidence,
    time_text,
    verdict_evidence,
)
from equitab.assurance.evidence_store import EvidenceStore
from equitab.assurance.home import home_folder, keys_folder, trusted_folder
from equitab.assurance.keys import (
    PublicKey,
    SigningKey,
    TrustedKeys,
    local_key,
    public_place,
    trust_key,
    trusted_name,
)
from equitab.assurance.outbox import RecordOutcome, flush_outbox, outbox_size, record
from equitab.assurance.platform_evidence import (
    PlatformMeter,
    environment_digest,
    file_read,
    platform_evidence,
)
from equitab.assurance.requirement import AllOf, AnyOf, Condition, Not, Over, Requirement, conditions_of
from equitab.assurance.run_files import subject_digests
from equitab.assurance.store_location import shown_place, store_address
from equitab.assurance.templates import TEMPLATES, Template
from equitab.assurance.verdict import EXIT_CODES, ClauseVerdict, ContractVerdict, Verdict, contract_state
from equitab.assurance.verification import (
    Finding,
    Verification,
    certificate_place,
    claims_of,
    run_folder_of,
    verify_certificate,
)

__all__ = [
    "APPLIES_WHEN",
    "DEFAULT_VALID_DAYS",
    "EXIT_CODES",
    "TEMPLATES",
    "TRANSITIONS",
    "AllOf",
    "AnyOf",
    "Certificate",
    "CertificateLife",
    "Clause",
    "ClauseVerdict",
    "Condition",
    "Contract",
    "ContractVerdict",
    "Evidence",
    "EvidenceSource",
    "EvidenceStore",
    "Finding",
    "Not",
    "Over",
    "PlatformMeter",
    "PublicKey",
    "RecordOutcome",
    "Requirement",
    "SigningKey",
    "Template",
    "TrustedKeys",
    "Verdict",
    "Verification",
    "canonical_json",
    "certificate_digest",
    "certificate_evidence",
    "certificate_place",
    "check_contract",
    "claims_of",
    "code_digest",
    "commitment_evidence",
    "conditions_of",
    "contract_from_templates",
    "contract_state",
    "contract_to_yaml",
    "digest_bytes",
    "digest_file",
    "digest_folder",
    "digest_frame",
    "digest_path",
    "environment_digest",
    "event_of_verdict",
    "file_digests",
    "file_read",
    "flush_outbox",
    "home_folder",
    "is_digest",
    "issue_certificate",
    "keys_folder",
    "local_key",
    "measurement_evidence",
    "outbox_size",
    "parse_time",
    "platform_evidence",
    "public_place",
    "read_canonical_json",
    "read_certificate",
    "read_contract",
    "record",
    "run_evidence",
    "run_folder_of",
    "shown_place",
    "store_address",
    "subject_digests",
    "time_text",
    "transition",
    "trust_key",
    "trusted_folder",
    "trusted_name",
    "validity",
    "verdict_evidence",
    "verify_certificate",
]
