-- Notes for the team, as transfer numbers have them.
alter table telephony.sip_providers add column description text;
