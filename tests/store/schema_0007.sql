-- A database as riskscan wrote it before there were registers, made by its code of then.
PRAGMA application_id = 1380537163;
BEGIN TRANSACTION;
CREATE TABLE action (
        assessment_id INTEGER NOT NULL,
        position INTEGER NOT NULL,
        id TEXT NOT NULL,
        title TEXT NOT NULL,
        how TEXT NOT NULL,
        owner TEXT NOT NULL,
        due TEXT NOT NULL,
        cost TEXT NOT NULL,
        level TEXT NOT NULL,
        risks TEXT NOT NULL,
        findings TEXT NOT NULL,
        criterion TEXT NOT NULL,
        PRIMARY KEY (assessment_id, position),
        CONSTRAINT level_is_known CHECK (level IN ('very low', 'low', 'moderate', 'high', 'very high')),
        FOREIGN KEY(assessment_id) REFERENCES assessment (id) ON DELETE CASCADE
    ) STRICT
    ;
INSERT INTO "action" VALUES(1,0,'ACT-01','Turn off Telnet','Ask the maker.','IT provider','2026-12-06','none','very high','["R-001"]','["F-0a1b2c3d"]','Port 23 is closed.');
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0007');
CREATE TABLE answer (
        id INTEGER NOT NULL,
        control TEXT NOT NULL,
        value TEXT NOT NULL,
        person TEXT NOT NULL,
        said_on TEXT NOT NULL,
        note TEXT NOT NULL,
        document TEXT NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT value_is_known
            CHECK (value IN ('yes', 'partly', 'no', 'unknown', 'not applicable'))
    ) STRICT
    ;
INSERT INTO "answer" VALUES(1,'T09','no','Sam Reed','2026-11-19','','');
INSERT INTO "answer" VALUES(2,'A05','yes','Dana Lake, owner','2026-11-20','he said "control": "A05"','Appointment, 2026-02-01');
INSERT INTO "answer" VALUES(3,'T09','partly','Sam Reed','2026-11-22','','');
CREATE TABLE assessment (
        id INTEGER NOT NULL,
        scan_id TEXT NOT NULL,
        made_at TEXT NOT NULL,
        checklist_id TEXT NOT NULL,
        checklist_revision TEXT NOT NULL,
        content_revision TEXT NOT NULL,
        complete INTEGER NOT NULL,
        statement TEXT NOT NULL,
        addresses_in_scope INTEGER NOT NULL,
        devices INTEGER NOT NULL,
        identified INTEGER NOT NULL,
        fragile INTEGER NOT NULL,
        checks_run INTEGER NOT NULL,
        checks_unknown INTEGER NOT NULL,
        limits TEXT NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT complete_in_range CHECK (complete BETWEEN 0 AND 1),
        FOREIGN KEY(scan_id) REFERENCES scan (id) ON DELETE CASCADE
    ) STRICT
    ;
INSERT INTO "assessment" VALUES(1,'S-20261121-120000-0001','2026-11-21T13:00:00.000000Z','hipaa-security-rule','1','old content',0,'One very high risk.',254,1,0,1,1,0,'["Nothing was asked of one device."]');
CREATE TABLE begun (
        scan_id TEXT NOT NULL,
        address TEXT NOT NULL,
        host TEXT NOT NULL,
        services TEXT NOT NULL,
        tried TEXT NOT NULL,
        PRIMARY KEY (scan_id, address),
        FOREIGN KEY(scan_id) REFERENCES scan (id) ON DELETE CASCADE
    ) STRICT
;
CREATE TABLE control_result (
        assessment_id INTEGER NOT NULL,
        position INTEGER NOT NULL,
        control TEXT NOT NULL,
        citation TEXT NOT NULL,
        title TEXT NOT NULL,
        safeguard TEXT NOT NULL,
        standard TEXT NOT NULL,
        standard_citation TEXT NOT NULL,
        implementation TEXT NOT NULL,
        scan_power TEXT NOT NULL,
        scan_says TEXT NOT NULL,
        question TEXT NOT NULL,
        document TEXT NOT NULL,
        checks TEXT NOT NULL,
        default_not_applicable TEXT NOT NULL,
        status TEXT NOT NULL,
        assurance TEXT NOT NULL,
        reason TEXT NOT NULL,
        findings TEXT NOT NULL,
        answer TEXT,
        PRIMARY KEY (assessment_id, position),
        CONSTRAINT implementation_is_known
            CHECK (implementation IN ('required', 'addressable')),
        CONSTRAINT scan_power_is_known
            CHECK (scan_power IN ('refute', 'support', 'both', 'none')),
        CONSTRAINT status_is_known
            CHECK (status IN ('met', 'partial', 'not met', 'not assessed', 'not applicable')),
        CONSTRAINT assurance_is_known CHECK (assurance IN ('A0', 'A1', 'A2', 'A3', 'A4')),
        FOREIGN KEY(assessment_id) REFERENCES assessment (id) ON DELETE CASCADE
    ) STRICT
    ;
INSERT INTO "control_result" VALUES(1,0,'A05','164.308(a)(2)','Assigned security responsibility','administrative','Assigned security responsibility','164.308(a)(2)','required','none','A scan sees no paper.','Who is the security official?','Appointment','[]','','partial','A2','Said and sighted.','[]','{"control": "A05", "value": "yes", "person": "Dana Lake, owner", "on": "2026-11-20", "note": "he said \"control\": \"A05\"", "document": "Appointment, 2026-02-01"}');
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
;
CREATE TABLE decision (
        id INTEGER NOT NULL,
        finding TEXT NOT NULL,
        evidence_hash TEXT NOT NULL,
        disposition TEXT NOT NULL,
        person TEXT NOT NULL,
        made_at TEXT NOT NULL,
        reason TEXT NOT NULL,
        until TEXT,
        control TEXT NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT disposition_is_known CHECK (disposition IN (
            'false-positive', 'exception', 'accepted', 'open'))
    ) STRICT
;
INSERT INTO "decision" VALUES(1,'F-0a1b2c3d','0123456789abcdef','accepted','Dana Lake','2026-11-21T13:00:00.000000Z','retired in May',NULL,'');
CREATE TABLE device (
        id INTEGER NOT NULL,
        scan_id TEXT NOT NULL,
        address TEXT NOT NULL,
        mac TEXT,
        found_by TEXT NOT NULL,
        seen_at TEXT,
        policy TEXT NOT NULL,
        policy_reason TEXT NOT NULL,
        connections INTEGER NOT NULL,
        PRIMARY KEY (id),
        UNIQUE (scan_id, address),
        CONSTRAINT policy_is_known CHECK (policy IN ('fragile', 'normal', 'robust')),
        CONSTRAINT connections_in_range CHECK (connections >= 0),
        FOREIGN KEY(scan_id) REFERENCES scan (id) ON DELETE CASCADE
    ) STRICT
    ;
INSERT INTO "device" VALUES(1,'S-20261121-120000-0001','192.168.1.20','00:09:fb:00:00:14','[]',NULL,'fragile','nothing is known of it yet',0);
CREATE TABLE evidence (
        id INTEGER NOT NULL,
        device_id INTEGER,
        assessment_id INTEGER,
        finding_position INTEGER,
        against INTEGER NOT NULL,
        "key" TEXT NOT NULL,
        value TEXT NOT NULL,
        port INTEGER,
        protocol TEXT,
        says TEXT NOT NULL,
        rule TEXT,
        PRIMARY KEY (id),
        CONSTRAINT port_in_range CHECK (port BETWEEN 1 AND 65535),
        CONSTRAINT protocol_is_known CHECK (protocol IN ('tcp', 'udp')),
        CONSTRAINT value_is_capped
            CHECK (length(value) <= 512
            AND length(CAST(value AS BLOB)) <= 2048),
        CONSTRAINT against_in_range CHECK (against BETWEEN 0 AND 1),
        CONSTRAINT evidence_has_one_owner
            CHECK ((device_id IS NULL) <> (assessment_id IS NULL)),
        CONSTRAINT finding_is_whole
            CHECK ((assessment_id IS NULL) = (finding_position IS NULL)),
        FOREIGN KEY(assessment_id, finding_position)
            REFERENCES finding (assessment_id, position) ON DELETE CASCADE,
        FOREIGN KEY(device_id) REFERENCES identity (device_id) ON DELETE CASCADE
    ) STRICT
    ;
INSERT INTO "evidence" VALUES(1,NULL,1,0,0,'telnet.greeting','login:',23,'tcp','asks for a login',NULL);
CREATE TABLE finding (
        assessment_id INTEGER NOT NULL,
        position INTEGER NOT NULL,
        id TEXT NOT NULL,
        check_id TEXT NOT NULL,
        address TEXT,
        device_key TEXT,
        result TEXT NOT NULL,
        severity TEXT NOT NULL,
        confidence TEXT NOT NULL,
        summary TEXT NOT NULL, decision TEXT, reopened TEXT,
        PRIMARY KEY (assessment_id, position),
        CONSTRAINT result_is_known
            CHECK (result IN ('pass', 'fail', 'unknown', 'notapplicable', 'notchecked', 'error')),
        CONSTRAINT severity_is_known CHECK (severity IN ('very low', 'low', 'moderate', 'high', 'very high')),
        CONSTRAINT confidence_is_known CHECK (confidence IN ('low', 'medium', 'high')),
        FOREIGN KEY(assessment_id) REFERENCES assessment (id) ON DELETE CASCADE
    ) STRICT
    ;
INSERT INTO "finding" VALUES(1,0,'F-0a1b2c3d','cleartext.telnet','192.168.1.20','00:09:fb:00:00:14','fail','high','high','Telnet is open.','{"finding": "F-0a1b2c3d", "evidence_hash": "0123456789abcdef", "disposition": "accepted", "person": "Dana Lake", "made_at": "2026-11-21T13:00:00Z", "reason": "retired in May", "until": null, "control": ""}',NULL);
CREATE TABLE identity (
        device_id INTEGER NOT NULL,
        rules_revision TEXT NOT NULL,
        device_class TEXT NOT NULL,
        confidence TEXT NOT NULL,
        vendor TEXT,
        product TEXT,
        version TEXT,
        os_family TEXT,
        os_version TEXT,
        roles TEXT NOT NULL,
        rule_id TEXT,
        mac_vendor TEXT, location TEXT, owner TEXT,
        PRIMARY KEY (device_id),
        CONSTRAINT device_class_is_known CHECK (device_class IN ('pacs_archive', 'imaging_modality', 'imaging_workstation', 'ecg_cardiology', 'patient_monitor', 'infusion_pump', 'med_cabinet', 'lab_analyzer', 'env_temp_monitor', 'dental_imaging', 'ophthalmic', 'nurse_call_rtls', 'sterilizer', 'respiratory_sleep', 'therapy_surgical', 'medical_gateway', 'medical_other', 'ehr_pm_server', 'interface_engine', 'domain_controller', 'server', 'nas_storage', 'hypervisor', 'oob_management', 'workstation', 'laptop', 'thin_client', 'mobile', 'voip_phone', 'pbx_voip_gateway', 'video_conferencing', 'printer_mfp', 'label_printer', 'scanner', 'ip_camera', 'nvr_dvr', 'access_control', 'building_automation', 'ups_pdu', 'router_firewall', 'switch', 'wireless_ap', 'network_appliance', 'media_iot', 'iot_other', 'payment_terminal', 'device_server', 'ot_industrial', 'unknown')),
        CONSTRAINT confidence_is_known CHECK (confidence IN ('low', 'medium', 'high')),
        FOREIGN KEY(device_id) REFERENCES device (id) ON DELETE CASCADE
    ) STRICT
    ;
INSERT INTO "identity" VALUES(1,'','unknown','low',NULL,NULL,NULL,NULL,NULL,'[]',NULL,NULL,NULL,NULL);
CREATE TABLE notice (
        scan_id TEXT NOT NULL,
        position INTEGER NOT NULL,
        code TEXT NOT NULL,
        text TEXT NOT NULL,
        PRIMARY KEY (scan_id, position),
        FOREIGN KEY(scan_id) REFERENCES scan (id) ON DELETE CASCADE
    ) STRICT
    ;
CREATE TABLE observation (
        device_id INTEGER NOT NULL,
        position INTEGER NOT NULL,
        probe TEXT,
        probe_position INTEGER,
        "key" TEXT NOT NULL,
        value TEXT NOT NULL,
        port INTEGER,
        protocol TEXT,
        PRIMARY KEY (device_id, position),
        CONSTRAINT port_in_range CHECK (port BETWEEN 1 AND 65535),
        CONSTRAINT protocol_is_known CHECK (protocol IN ('tcp', 'udp')),
        CONSTRAINT value_is_capped
            CHECK (length(value) <= 512
            AND length(CAST(value AS BLOB)) <= 2048),
        CONSTRAINT probe_is_whole CHECK ((probe IS NULL) = (probe_position IS NULL)),
        FOREIGN KEY(device_id, probe_position)
            REFERENCES probe_result (device_id, position) ON DELETE CASCADE,
        FOREIGN KEY(device_id) REFERENCES device (id) ON DELETE CASCADE
    ) STRICT
    ;
INSERT INTO "observation" VALUES(1,0,'ssh',0,'ssh.banner','SSH-2.0-OpenSSH_9.2',22,'tcp');
CREATE TABLE probe_result (
        device_id INTEGER NOT NULL,
        position INTEGER NOT NULL,
        probe TEXT NOT NULL,
        port INTEGER,
        protocol TEXT,
        outcome TEXT NOT NULL,
        detail TEXT NOT NULL,
        PRIMARY KEY (device_id, position),
        CONSTRAINT port_in_range CHECK (port BETWEEN 1 AND 65535),
        CONSTRAINT protocol_is_known CHECK (protocol IN ('tcp', 'udp')),
        CONSTRAINT outcome_is_known
            CHECK (outcome IN ('answered', 'refused', 'timed-out', 'protocol-error',
                'out-of-scope', 'skipped-for-safety', 'crashed')),
        FOREIGN KEY(device_id) REFERENCES device (id) ON DELETE CASCADE
    ) STRICT
    ;
INSERT INTO "probe_result" VALUES(1,0,'ssh',22,'tcp','answered','');
CREATE TABLE risk (
        assessment_id INTEGER NOT NULL,
        position INTEGER NOT NULL,
        id TEXT NOT NULL,
        threat TEXT NOT NULL,
        threat_title TEXT NOT NULL,
        threat_phrase TEXT NOT NULL,
        threat_initiation TEXT NOT NULL,
        threat_basis TEXT NOT NULL,
        check_id TEXT NOT NULL,
        device_class TEXT,
        members TEXT NOT NULL,
        severity TEXT NOT NULL,
        exposure INTEGER NOT NULL,
        controls INTEGER NOT NULL,
        initiation TEXT NOT NULL,
        adverse TEXT NOT NULL,
        likelihood TEXT NOT NULL,
        confidentiality TEXT NOT NULL,
        integrity TEXT NOT NULL,
        availability TEXT NOT NULL,
        level TEXT NOT NULL,
        best TEXT NOT NULL,
        worst TEXT NOT NULL,
        statement TEXT NOT NULL,
        findings TEXT NOT NULL,
        action TEXT NOT NULL,
        PRIMARY KEY (assessment_id, position),
        CONSTRAINT threat_initiation_is_known CHECK (threat_initiation IN ('very low', 'low', 'moderate', 'high', 'very high')),
        CONSTRAINT device_class_is_known CHECK (device_class IN ('pacs_archive', 'imaging_modality', 'imaging_workstation', 'ecg_cardiology', 'patient_monitor', 'infusion_pump', 'med_cabinet', 'lab_analyzer', 'env_temp_monitor', 'dental_imaging', 'ophthalmic', 'nurse_call_rtls', 'sterilizer', 'respiratory_sleep', 'therapy_surgical', 'medical_gateway', 'medical_other', 'ehr_pm_server', 'interface_engine', 'domain_controller', 'server', 'nas_storage', 'hypervisor', 'oob_management', 'workstation', 'laptop', 'thin_client', 'mobile', 'voip_phone', 'pbx_voip_gateway', 'video_conferencing', 'printer_mfp', 'label_printer', 'scanner', 'ip_camera', 'nvr_dvr', 'access_control', 'building_automation', 'ups_pdu', 'router_firewall', 'switch', 'wireless_ap', 'network_appliance', 'media_iot', 'iot_other', 'payment_terminal', 'device_server', 'ot_industrial', 'unknown')),
        CONSTRAINT severity_is_known CHECK (severity IN ('very low', 'low', 'moderate', 'high', 'very high')),
        CONSTRAINT exposure_in_range CHECK (exposure BETWEEN -1 AND 1),
        CONSTRAINT initiation_is_known CHECK (initiation IN ('very low', 'low', 'moderate', 'high', 'very high')),
        CONSTRAINT adverse_is_known CHECK (adverse IN ('very low', 'low', 'moderate', 'high', 'very high')),
        CONSTRAINT likelihood_is_known CHECK (likelihood IN ('very low', 'low', 'moderate', 'high', 'very high')),
        CONSTRAINT confidentiality_is_known CHECK (confidentiality IN ('very low', 'low', 'moderate', 'high', 'very high')),
        CONSTRAINT integrity_is_known CHECK (integrity IN ('very low', 'low', 'moderate', 'high', 'very high')),
        CONSTRAINT availability_is_known CHECK (availability IN ('very low', 'low', 'moderate', 'high', 'very high')),
        CONSTRAINT level_is_known CHECK (level IN ('very low', 'low', 'moderate', 'high', 'very high')),
        CONSTRAINT best_is_known CHECK (best IN ('very low', 'low', 'moderate', 'high', 'very high')),
        CONSTRAINT worst_is_known CHECK (worst IN ('very low', 'low', 'moderate', 'high', 'very high')),
        FOREIGN KEY(assessment_id) REFERENCES assessment (id) ON DELETE CASCADE
    ) STRICT
    ;
INSERT INTO "risk" VALUES(1,0,'R-001','T04','Attacker already inside','an attacker who is already inside','high','default','cleartext.telnet','infusion_pump','["192.168.1.20"]','high',0,0,'high','high','high','low','very high','very high','very high','high','very high','Because telnet is open on a pump, an attacker could cause harm.','["F-0a1b2c3d"]','ACT-01');
CREATE TABLE scan (
        id TEXT NOT NULL,
        practice TEXT NOT NULL,
        size TEXT NOT NULL,
        scope TEXT NOT NULL,
        consent_given_by TEXT,
        consent_on TEXT,
        consent_role TEXT,
        consent_patient_connected TEXT,
        place TEXT NOT NULL,
        gentle TEXT NOT NULL,
        assessor TEXT NOT NULL,
        started_at TEXT NOT NULL,
        ended_at TEXT,
        state TEXT NOT NULL,
        profile TEXT NOT NULL,
        vantage TEXT NOT NULL,
        tool_version TEXT NOT NULL,
        nmap_version TEXT NOT NULL,
        rules_revision TEXT NOT NULL, rescan_of TEXT, swept_at TEXT, allow_anonymous TEXT,
        PRIMARY KEY (id),
        CONSTRAINT size_is_known CHECK (size IN ('small', 'medium', 'large')),
        CONSTRAINT state_is_known CHECK (state IN ('running', 'complete', 'incomplete'))
    ) STRICT
    ;
INSERT INTO "scan" VALUES('S-20261121-120000-0001','Lakeside Family Clinic','small','{"include": ["192.168.1.0/24"], "exclude": [], "exclude_macs": []}',NULL,NULL,NULL,NULL,'','[]','','2026-11-21T12:00:00.000000Z','2026-11-21T13:00:00.000000Z','complete','gentle','{"label": "", "segments": []}','','','',NULL,NULL,'[]');
CREATE TABLE service (
        device_id INTEGER NOT NULL,
        position INTEGER NOT NULL,
        port INTEGER NOT NULL,
        protocol TEXT NOT NULL,
        state TEXT NOT NULL, as_of TEXT,
        PRIMARY KEY (device_id, position),
        CONSTRAINT port_in_range CHECK (port BETWEEN 1 AND 65535),
        CONSTRAINT protocol_is_known CHECK (protocol IN ('tcp', 'udp')),
        CONSTRAINT state_is_known
            CHECK (state IN ('open', 'closed', 'filtered', 'open|filtered')),
        FOREIGN KEY(device_id) REFERENCES device (id) ON DELETE CASCADE
    ) STRICT
    ;
INSERT INTO "service" VALUES(1,0,22,'tcp','open',NULL);
CREATE INDEX device_mac ON device (mac);
CREATE INDEX service_port ON service (port, protocol);
CREATE INDEX observation_key ON observation ("key");
CREATE INDEX observation_probe ON observation (device_id, probe_position);
CREATE INDEX assessment_scan ON assessment (scan_id);
CREATE INDEX finding_id ON finding (id);
CREATE INDEX evidence_device ON evidence (device_id);
CREATE INDEX evidence_finding ON evidence (assessment_id, finding_position);
CREATE INDEX answer_control ON answer (control);
CREATE INDEX decision_finding ON decision (finding);
COMMIT;
