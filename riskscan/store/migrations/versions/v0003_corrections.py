"""Corrections: what a named person said a device is, where it stands and who answers for it."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"

CORRECTION = """
    CREATE TABLE correction (
        id INTEGER NOT NULL,
        marks TEXT NOT NULL,
        author TEXT NOT NULL,
        made_at TEXT NOT NULL,
        device_class TEXT,
        vendor TEXT,
        product TEXT,
        location TEXT,
        owner TEXT,
        note TEXT NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT device_class_is_known CHECK (device_class IN (
            'pacs_archive', 'imaging_modality', 'imaging_workstation', 'ecg_cardiology',
            'patient_monitor', 'infusion_pump', 'med_cabinet', 'lab_analyzer',
            'env_temp_monitor', 'dental_imaging', 'ophthalmic', 'nurse_call_rtls',
            'sterilizer', 'respiratory_sleep', 'therapy_surgical', 'medical_gateway',
            'medical_other', 'ehr_pm_server', 'interface_engine', 'domain_controller', 'server',
            'nas_storage', 'hypervisor', 'oob_management', 'workstation', 'laptop',
            'thin_client', 'mobile', 'voip_phone', 'pbx_voip_gateway', 'video_conferencing',
            'printer_mfp', 'label_printer', 'scanner', 'ip_camera', 'nvr_dvr',
            'access_control', 'building_automation', 'ups_pdu', 'router_firewall', 'switch',
            'wireless_ap', 'network_appliance', 'media_iot', 'iot_other', 'payment_terminal',
            'device_server', 'ot_industrial', 'unknown'))
    ) STRICT
"""


def upgrade() -> None:
    op.execute("ALTER TABLE identity ADD COLUMN location TEXT")
    op.execute("ALTER TABLE identity ADD COLUMN owner TEXT")
    op.execute(CORRECTION)
