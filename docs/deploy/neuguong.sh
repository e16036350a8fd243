#!/bin/sh
# /usr/local/sbin/neuguong: một lệnh của Nêu Gương, bằng tài khoản dịch vụ, với đúng tệp cài đặt như systemd đọc cho dịch vụ.
# Tệp ấy không đọc được thì lệnh không chạy. Đường dẫn viết đủ từ gốc: lệnh đứng ở /var/lib/neuguong.
exec systemd-run --quiet --collect --wait --pty --pipe --service-type=exec -p User=neuguong -p Group=neuguong \
  -p EnvironmentFile=/etc/neuguong/neuguong.env -p WorkingDirectory=/var/lib/neuguong -p UMask=0077 \
  /opt/neuguong/bin/neuguong "$@"
