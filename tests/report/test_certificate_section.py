"""The certificate on the page: who signs, what was fixed beforehand, how anybody can check it."""

from __future__ import annotations

from dataclasses import replace

from equitab.report import CertificateContents
from equitab.report.certificate_section import lay_out_certificate, word_commitment
from report.promise_contents import CERTIFICATE, COMMITMENT, assured, page_of


def test_the_page_says_who_signs_and_how_to_check_it() -> None:
    """Key by name and id, commands to copy, digests of what is certified."""
    page = page_of(assured())
    assert "Lab key" in page
    assert "ed25519:12ab" in page
    assert "equitab verify FOLDER --key KEY.pub.pem" in page
    assert "sha256:aa" in page
    assert "365 days" in page


def test_a_commitment_is_shown_with_both_places_in_the_chain() -> None:
    """Not with clocks."""
    said = word_commitment(CERTIFICATE)
    assert "record 12" in said
    assert "begins at record 40" in said
    assert "no run about the same subject before" in said


def test_runs_before_a_commitment_are_not_hidden() -> None:
    """Their results may have been known."""
    said = word_commitment(replace(CERTIFICATE, commitment=replace(COMMITMENT, n_earlier_runs=3)))
    assert "3 runs about the same subject already" in said
    one = word_commitment(replace(CERTIFICATE, commitment=replace(COMMITMENT, n_earlier_runs=1)))
    assert "1 run about" in one


def test_no_commitment_is_said_with_its_reason() -> None:
    """Without a contract there is nothing to commit."""
    without = replace(CERTIFICATE, commitment=None, no_commitment_reason="the store could not be asked")
    assert word_commitment(without) == "Not shown: the store could not be asked."
    assert word_commitment(replace(without, contract_digest="")) == ""
    assert "nothing was promised" in page_of(assured(certificate=replace(without, contract_digest="")))


def test_a_certificate_that_was_not_written_is_not_praised() -> None:
    """The reason stands in its place."""
    found = lay_out_certificate(assured(certificate=CertificateContents(reason="the key is damaged")))
    assert found is not None
    assert not found.is_signed
    assert "the key is damaged" in found.lead
    assert "How to check it" not in page_of(assured(certificate=CertificateContents(reason="damaged")))


def test_a_key_without_a_name_is_known_by_its_id() -> None:
    """Nothing is made up."""
    assert "with the id below" in page_of(assured(certificate=replace(CERTIFICATE, key_name="")))


def test_a_page_that_knows_of_no_certificate_shows_none() -> None:
    """An audit, say."""
    assert 'id="certificate"' not in page_of(assured(certificate=None))
