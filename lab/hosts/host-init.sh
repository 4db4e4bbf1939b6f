#!/bin/sh
# Makes a machine of a handful of namespaces: run (under a real init) in fresh mount, UTS and PID namespaces and in the
# host's own network namespace, it hides what hosts must not share, and starts an sshd and a Docker engine.
# Use: host-init.sh NAME FOLDER USER PUBLIC_KEY_FILE
set -eu
name=$1 folder=$2 user=$3 key=$4

mount --make-rprivate /
mount -t proc proc /proc
mount -t tmpfs tmpfs /run
mkdir -p /run/sshd /run/lock
mkdir -p "$folder/etc" "$folder/etc.work"
mount -t overlay overlay -o "lowerdir=/etc,upperdir=$folder/etc,workdir=$folder/etc.work" /etc
mkdir -p /var/lib/docker
for path in home srv var/lib/docker var/log; do
  mkdir -p "$folder/$path"
  mount --bind "$folder/$path" "/$path"
done
hostname "$name"

getent group docker >/dev/null || groupadd --system docker
id "$user" >/dev/null 2>&1 || useradd --create-home --shell /bin/sh --groups docker "$user"
# No password, which is not the same as locked: without PAM, sshd lets a locked account in by no way.
usermod --password '*' "$user"
home=$(getent passwd "$user" | cut -d: -f6)
install -d -o "$user" -m 700 "$home/.ssh"
install -o "$user" -m 600 "$key" "$home/.ssh/authorized_keys"
# What the operator of a real server does once, as root.
install -d -o "$user" /srv/monitoring

# Who logs in is told to a log of the host's own: /dev is everybody's, so /dev/log points into what is not.
mkdir -p /run/systemd/journal
[ -L /dev/log ] || ln -s /run/systemd/journal/dev-log /dev/log
cat > /run/rsyslog.conf <<'END'
module(load="imuxsock" SysSock.Name="/run/systemd/journal/dev-log")
auth,authpriv.* action(type="omfile" file="/var/log/auth.log" fileCreateMode="0640")
END
rsyslogd -f /run/rsyslog.conf -i /run/rsyslogd.pid

rm -f /etc/ssh/ssh_host_rsa_key* /etc/ssh/ssh_host_ecdsa_key*
[ -f "$folder/etc/ssh/ssh_host_ed25519_key" ] || rm -f /etc/ssh/ssh_host_ed25519_key*
[ -f /etc/ssh/ssh_host_ed25519_key ] || ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
# Passwords are asked for, so that wrong ones can be tried; nobody has one. Where sshd would put who tries off, not here.
patient=$(/usr/sbin/sshd -T -o PerSourcePenalties=no >/dev/null 2>&1 && echo "-o PerSourcePenalties=no" || true)
cat > /run/start-sshd <<END
/usr/sbin/sshd -o PasswordAuthentication=yes -o UsePAM=no -o MaxStartups=100 -o MaxSessions=100 $patient \
  -o HostKey=/etc/ssh/ssh_host_ed25519_key -o PidFile=/run/sshd.pid -o LogLevel=VERBOSE
END
sh /run/start-sshd
# A cgroup parent of its own: the hosts share one hierarchy. Ended, it starts again, unless who ended it left the file
# docker.off: the host lives on.
while :; do
  [ -e /run/docker.off ] || dockerd --cgroup-parent="/lab-$name" --data-root /var/lib/docker \
    --add-runtime "within-bounds=$(dirname "$0")/runc-within-bounds.mjs" || true
  sleep 0.2
done
